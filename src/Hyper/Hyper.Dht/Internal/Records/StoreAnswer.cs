namespace Hyper.Dht.Internal.Records;

/// <summary>How a storage command is answered.</summary>
internal readonly record struct StoreAnswer
{
    public enum AnswerKind
    {
        /// <summary>No reply at all; the asker's retries run out.</summary>
        Silence,

        /// <summary>An empty reply without token and closer nodes: done.</summary>
        Done,

        /// <summary>A value, or none, with a token and closer nodes.</summary>
        Value,

        /// <summary>An error code with closer nodes.</summary>
        Error,
    }

    private StoreAnswer(AnswerKind kind, byte[]? value = null, uint error = 0)
    {
        Kind = kind;
        Value = value;
        Error = error;
    }

    public AnswerKind Kind { get; }

    public byte[]? Value { get; }

    public uint Error { get; }

    public static StoreAnswer Silence => default;

    public static StoreAnswer Done => new(AnswerKind.Done);

    public static StoreAnswer Reply(byte[]? value) => new(AnswerKind.Value, value);

    public static StoreAnswer Fail(uint error) => new(AnswerKind.Error, null, error);
}
