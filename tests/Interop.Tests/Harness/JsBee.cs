namespace Interop.Tests.Harness;

/// <summary>A partner's Hyperbee; the cores sets alone have one.</summary>
public sealed class JsBee : PartnerObject
{
    private JsBee(JsPartner partner, string handle)
        : base(partner, handle) { }

    public static async Task<JsBee> OpenAsync(JsCore core, bool extension = false)
    {
        var created = await core.Partner.CallAsync<Created>("bee.open", new { core = core.Handle, extension });
        return new JsBee(core.Partner, created.Handle);
    }

    /// <summary>Messages of the extension that arrived; only of a bee that was opened with it.</summary>
    public Task<Messages> HeardAsync() => Partner.CallAsync<Messages>("bee.heard", new { bee = Handle });

    /// <summary>The entry of a key, from a peer if need be.</summary>
    public async Task<Entry?> GetAsync(string key) =>
        (await Partner.CallAsync<Found>("bee.get", new { bee = Handle, key })).Entry;

    /// <summary>The first entry of a range that goes through all, from a peer if need be.</summary>
    public async Task<Entry?> GetFirstAsync() =>
        (await Partner.CallAsync<Found>("bee.first", new { bee = Handle })).Entry;

    /// <summary>Runs operations one after the other: the blocks that changed, and what each read gave.</summary>
    public Task<Outcome> RunAsync(IReadOnlyList<Operation> operations) =>
        Partner.CallAsync<Outcome>("bee.run", new { bee = Handle, operations }, TimeSpan.FromMinutes(2));

    /// <summary>An operation as the driver reads it; bytes are hex.</summary>
    public sealed record Operation(
        string Verb,
        string? Key = null,
        string? Value = null,
        bool Refuse = false,
        IReadOnlyList<Operation>? Parts = null,
        string? Gt = null,
        string? Gte = null,
        string? Lt = null,
        string? Lte = null,
        bool Reverse = false,
        int Limit = -1,
        ulong Version = 0
    );

    /// <summary>An entry that was read: in a history whether it was deleted, in a difference on which side it is.</summary>
    public sealed record Entry(ulong Seq, string Key, string? Value, bool Deleted = false, bool Left = false);

    public sealed record Messages(int Get, int Iterator, int Cache, int Blocks);

    private sealed record Found(Entry? Entry);

    public sealed record Outcome(ulong Start, string[] Blocks, Entry[][] Answers);
}
