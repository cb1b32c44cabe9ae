namespace Hyper.Mux;

/// <summary>Values of <see cref="ProtomuxException.Code"/>. They do not change between versions.</summary>
public static class ProtomuxErrorCode
{
    /// <summary>A frame or an item of a batch ended early, or a batch was in a batch.</summary>
    public const string InvalidFrame = "INVALID_FRAME";

    /// <summary>An open with id 0, with an id in use, or more than one past the highest known id.</summary>
    public const string InvalidOpen = "INVALID_OPEN";

    /// <summary>A reject of something that is not waiting for an answer.</summary>
    public const string InvalidReject = "INVALID_REJECT";

    /// <summary>The other side kept opening channels without reading our answers.</summary>
    public const string TooManyOpens = "TOO_MANY_OPENS";
}
