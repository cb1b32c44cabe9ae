using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Trac.Wallet;

/// <summary>
/// Which key of a mnemonic: hardened steps only, as <c>m/918'/0'/0'/0'</c>.
/// Source: trac-crypto-api 0.1.4, modules/address.js; index bounds from @metamask/key-tree 10.1.1.
/// </summary>
public sealed record DerivationPath
{
    /// <summary>The most steps taken. JavaScript has no such bound.</summary>
    public const int MaxSteps = 32;

    private readonly uint[] _steps;

    private DerivationPath(string text, uint[] steps)
    {
        Text = text;
        _steps = steps;
    }

    /// <summary>The path of the main network, 918, and the default on every network.</summary>
    public static DerivationPath Mainnet { get; } = Parse("m/918'/0'/0'/0'");

    /// <summary>The path of the test network, 919, which trac-crypto-api knows since 0.1.5.</summary>
    public static DerivationPath Testnet { get; } = Parse("m/919'/0'/0'/0'");

    /// <summary>The path as written, white space removed.</summary>
    public string Text { get; }

    /// <summary>The steps without their hardening bit, each below 2^31.</summary>
    public ReadOnlySpan<uint> Steps => _steps;

    /// <summary>Reads <c>m/</c> and one or more numbers below 2^31, each with a <c>'</c>. White space is ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DerivationPath? path)
    {
        path = null;
        if (text.Length > MaxSteps * 32)
            return false;
        var compact = string.Concat(text.ToString().Where(letter => !char.IsWhiteSpace(letter)));
        if (!compact.StartsWith("m/", StringComparison.Ordinal))
            return false;
        var parts = compact[2..].Split('/');
        if (parts.Length > MaxSteps)
            return false;
        var steps = new uint[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!parts[i].EndsWith('\'') || !TryParseStep(parts[i].AsSpan(0, parts[i].Length - 1), out steps[i]))
                return false;
        }
        path = new DerivationPath(compact, steps);
        return true;
    }

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static DerivationPath Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var path)
            ? path
            : throw new FormatException(
                "A derivation path looks like m/918'/0'/0'/0', every step below 2^31 and hardened."
            );

    /// <summary>Whether both name the same text.</summary>
    public bool Equals(DerivationPath? other) => string.Equals(Text, other?.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The path as written, white space removed.</summary>
    public override string ToString() => Text;

    private static bool TryParseStep(ReadOnlySpan<char> text, out uint step) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out step) && step <= int.MaxValue;
}
