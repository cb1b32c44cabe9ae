namespace Interop.Tests.Harness;

public sealed partial class JsCore
{
    private static readonly TimeSpan _scriptLimit = TimeSpan.FromMinutes(2);

    /// <summary>Runs operations one after the other: what each gave, the bits of the core at the end, and how far each slot is then.</summary>
    public Task<Outcome> RunAsync(IReadOnlyList<Operation> operations) =>
        Partner.CallAsync<Outcome>("core.run", new { core = Handle, operations }, _scriptLimit);

    /// <summary>Every block below the length, in hex; null for one that is not stored.</summary>
    public async Task<string?[]> ReadAllAsync() =>
        (await Partner.CallAsync<AllBlocks>("core.blocks", new { core = Handle }, _scriptLimit)).Blocks;

    /// <summary>An operation as the driver reads it: on a slot, opening another one into a slot. Bytes are hex.</summary>
    public sealed record Operation(
        string Verb,
        int Slot = 0,
        int Into = 0,
        string? Name = null,
        ulong Index = 0,
        ulong Start = 0,
        ulong End = 0,
        ulong? Length = null,
        ulong? Fork = null,
        IReadOnlyList<string>? Blocks = null,
        string? Value = null
    );

    /// <summary>What an operation gave: a state, a value as text, or the code of an error.</summary>
    public sealed record Answer(SessionState? State = null, string? Value = null, string? Error = null);

    public sealed record SessionState(
        ulong Length,
        ulong ByteLength,
        ulong Fork,
        ulong ContiguousLength,
        ulong SignedLength,
        string Hash
    );

    public sealed record Outcome(Answer[] Answers, string Bits, Dictionary<int, SlotHead> Heads);

    public sealed record SlotHead(ulong Length, ulong Fork);

    private sealed record AllBlocks(string?[] Blocks);
}
