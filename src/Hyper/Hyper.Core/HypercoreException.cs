namespace Hyper.Core;

/// <summary>An operation on a core failed. Expected refusals of foreign data are statuses, not exceptions.</summary>
public sealed class HypercoreException : Exception
{
    /// <summary>An error with a code of <see cref="HypercoreErrorCode"/>.</summary>
    public HypercoreException(string code, string message, Exception? cause = null)
        : base($"{code}: {message}", cause) => Code = code;

    /// <summary>One of <see cref="HypercoreErrorCode"/>.</summary>
    public string Code { get; }
}
