namespace Interop.Tests.Harness;

/// <summary>A partner's Hypercore, or a session on one.</summary>
public sealed partial class JsCore : PartnerObject
{
    private State _state;

    internal JsCore(JsPartner partner, State state)
        : base(partner, state.Handle!) => _state = state;

    public string Key => _state.Key;

    /// <summary>As of the last call.</summary>
    public ulong Length => _state.Length;

    public async Task AppendAsync(IEnumerable<byte[]> blocks)
    {
        var hex = blocks.Select(Convert.ToHexStringLower).ToArray();
        _state = await Partner.CallAsync<State>("core.append", new { core = Handle, blocks = hex });
    }

    public async Task TruncateAsync(ulong length) =>
        _state = await Partner.CallAsync<State>("core.truncate", new { core = Handle, length });

    /// <summary>The block if the partner has it.</summary>
    public async Task<byte[]?> ReadAsync(ulong index) =>
        Bytes((await Partner.CallAsync<Found>("core.get", new { core = Handle, index })).Value);

    /// <summary>The block as it is stored: encrypted, if the core is.</summary>
    public async Task<byte[]?> ReadRawAsync(ulong index) =>
        Bytes((await Partner.CallAsync<Found>("core.raw", new { core = Handle, index })).Value);

    /// <summary>The state with its tree hash.</summary>
    public async Task<State> HashAsync() => _state = await Partner.CallAsync<State>("core.hash", new { core = Handle });

    public Task SetUserDataAsync(string name, byte[] value) =>
        Partner.CallAsync(
            "core.set-user-data",
            new
            {
                core = Handle,
                name,
                value = Convert.ToHexStringLower(value),
            }
        );

    public async Task<byte[]?> GetUserDataAsync(string name) =>
        Bytes((await Partner.CallAsync<Found>("core.get-user-data", new { core = Handle, name })).Value);

    private static byte[]? Bytes(string? hex) => hex is null ? null : Convert.FromHexString(hex);

    /// <summary>What the partner says of a core.</summary>
    public sealed record State(
        string? Handle,
        string Key,
        ulong Length,
        ulong Fork,
        ulong ContiguousLength,
        ulong ByteLength = 0,
        string? Hash = null
    );

    private sealed record Found(string? Value);
}
