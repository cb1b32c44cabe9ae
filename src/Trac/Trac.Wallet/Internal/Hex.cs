using System.Diagnostics.CodeAnalysis;

namespace Trac.Wallet.Internal;

/// <summary>Hexadecimal text of foreign origin.</summary>
internal static class Hex
{
    /// <summary>Reads hexadecimal digits of either case; false for anything else, also for none at all.</summary>
    public static bool TryRead([NotNullWhen(true)] string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length == 0 || text.Length % 2 != 0)
            return false;
        var read = new byte[text.Length / 2];
        if (Convert.FromHexString(text, read, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        bytes = read;
        return true;
    }
}
