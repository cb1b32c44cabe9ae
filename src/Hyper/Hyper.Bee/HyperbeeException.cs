namespace Hyper.Bee;

/// <summary>An operation on a bee failed.</summary>
public sealed class HyperbeeException : Exception
{
    /// <summary>An error with a code of <see cref="HyperbeeErrorCode"/>.</summary>
    public HyperbeeException(string code, string message, Exception? cause = null)
        : base($"{code}: {message}", cause) => Code = code;

    /// <summary>One of <see cref="HyperbeeErrorCode"/>.</summary>
    public string Code { get; }

    internal static HyperbeeException InvalidTree(ulong seq, string fault) =>
        new(HyperbeeErrorCode.InvalidTree, $"Block {seq} {fault}.");

    internal static HyperbeeException Undecodable(ulong seq, string part) =>
        new(HyperbeeErrorCode.DecodingError, $"The {part} of block {seq} does not decode.");

    internal static HyperbeeException InvalidOperation(string message) =>
        new(HyperbeeErrorCode.InvalidOperation, message);
}
