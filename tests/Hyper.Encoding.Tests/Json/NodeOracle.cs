using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;

namespace Hyper.Encoding.Tests.Json;

/// <summary>
/// Asks one node process what JavaScript makes of many texts. Texts go in and answers come back as blocks with their
/// length in four bytes before them, big-endian; two blocks a text (plain and sorted), or one length of all ones if
/// JSON.parse threw.
/// </summary>
internal static class NodeOracle
{
    private const uint Refused = uint.MaxValue;
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(50);

    private const string Script = """
        const input = require('fs').readFileSync(0)
        const canonical = (v) => {
          if (Array.isArray(v)) return '[' + v.map(canonical).join() + ']'
          if (v === null || typeof v !== 'object') return JSON.stringify(v)
          const parts = []
          for (const key of Object.keys(v).sort()) parts.push(JSON.stringify(key) + ':' + canonical(v[key]))
          return '{' + parts.join() + '}'
        }
        const blocks = []
        const push = (text) => {
          const body = Buffer.from(text)
          const head = Buffer.alloc(4)
          head.writeUInt32BE(body.length)
          blocks.push(head, body)
        }
        for (let at = 0; at < input.length; ) {
          const size = input.readUInt32BE(at)
          const text = input.subarray(at + 4, at + 4 + size).toString()
          at += 4 + size
          let value
          try {
            value = JSON.parse(text)
          } catch {
            blocks.push(Buffer.from('ffffffff', 'hex'))
            continue
          }
          push(JSON.stringify(value))
          push(canonical(value))
        }
        process.stdout.write(Buffer.concat(blocks))
        """;

    public readonly record struct Answer(byte[]? Plain, byte[]? Sorted);

    /// <summary>The answers in the order of the texts, null if this machine has no node.</summary>
    public static async Task<List<Answer>?> AskAsync(IEnumerable<byte[]> texts, CancellationToken cancellation)
    {
        using var process = TryStart();
        if (process is null)
            return null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_deadline);
        try
        {
            var input = process.StandardInput.BaseStream;
            var head = new byte[4];
            foreach (var text in texts)
            {
                BinaryPrimitives.WriteInt32BigEndian(head, text.Length);
                await input.WriteAsync(head, deadline.Token);
                await input.WriteAsync(text, deadline.Token);
            }
            input.Close();
            // The script reads all its input before it writes, so neither pipe can block the other.
            using var output = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            Assert.Equal(0, process.ExitCode);
            return Split(output.GetBuffer().AsSpan(0, (int)output.Length));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static Process? TryStart()
    {
        try
        {
            return Process.Start(
                new ProcessStartInfo("node", ["-e", Script])
                {
                    UseShellExecute = false,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                }
            );
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static List<Answer> Split(ReadOnlySpan<byte> output)
    {
        var answers = new List<Answer>();
        while (!output.IsEmpty)
        {
            var plain = Take(ref output);
            answers.Add(new Answer(plain, plain is null ? null : Take(ref output)));
        }
        return answers;
    }

    private static byte[]? Take(ref ReadOnlySpan<byte> output)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(output);
        output = output[4..];
        if (length == Refused)
            return null;
        var block = output[..(int)length].ToArray();
        output = output[(int)length..];
        return block;
    }
}
