namespace Hyper.Bee.Internal;

/// <summary>How a field is written.</summary>
internal enum ProtobufKind
{
    Number,

    /// <summary>A length, and so many bytes.</summary>
    Content,

    /// <summary>4 or 8 bytes, which no message has.</summary>
    Fixed,
}
