namespace Hyper.SecretStream.Internal;

/// <summary>What <see cref="FrameReader"/> found.</summary>
internal enum FrameStatus
{
    /// <summary>All bytes were taken; the frame goes on in the next ones.</summary>
    NeedMoreData,

    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>The announced length is below what is allowed now.</summary>
    TooShort,

    /// <summary>The announced length is above what is allowed now.</summary>
    TooLong,
}
