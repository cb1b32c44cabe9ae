using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Node.Terminal;

/// <summary>
/// An invite or welcome as people hand it over: JSON, base64 of JSON, <c>b64:…</c>, or <c>@file</c> with any of them.
/// Source: Trac-Systems/intercom 964f578, contract/protocol.js, <c>parseInviteArg</c>.
/// </summary>
public static class CredentialArgument
{
    private const int MaxFileBytes = 1024 * 1024;

    /// <summary>Longest wait for a file that is a pipe.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>Reads the credential; without one, the reason why.</summary>
    public static async Task<(JsValue? Credential, string Reason)> ReadAsync(string text)
    {
        text = text.Trim();
        if (text.StartsWith('@'))
        {
            var (content, reason) = await ReadFileAsync(text[1..]);
            if (content is null)
                return (null, reason);
            text = content;
        }
        if (text.Length == 0)
            return (null, "it is empty");
        if (text.StartsWith("b64:", StringComparison.Ordinal))
            text = text[4..];
        return (CredentialText.TryParse(text), "it is neither JSON nor base64 of JSON");
    }

    private static async Task<(string? Content, string Reason)> ReadFileAsync(string path)
    {
        try
        {
            // Opening a pipe waits for its writer, and that cannot be cancelled: it is left behind instead.
            var bytes = await Task.Run(() => ReadAtMost(path)).WaitAsync(_patience);
            return bytes is null
                ? (null, $"'{path}' is larger than {MaxFileBytes} bytes")
                : (TextEncoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Trim(), "");
        }
        catch (TimeoutException)
        {
            return (null, $"'{path}' could not be read within {_patience.TotalSeconds:0} s");
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, error.Message);
        }
    }

    private static byte[]? ReadAtMost(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[MaxFileBytes + 1];
        var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length > MaxFileBytes ? null : buffer[..length];
    }
}
