namespace Hyper.Bee.Internal;

/// <summary>A field of a message that has numbers in it.</summary>
/// <param name="Id">Which field.</param>
/// <param name="Kind">How it was written.</param>
/// <param name="Number">The value of a number.</param>
/// <param name="Content">Where the bytes of one with a length lie.</param>
internal readonly record struct ProtobufField(ulong Id, ProtobufKind Kind, ulong Number, Range Content);
