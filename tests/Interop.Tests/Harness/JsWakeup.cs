namespace Interop.Tests.Harness;

/// <summary>A partner's protomux-wakeup; the sets of cores that name it have one.</summary>
public sealed class JsWakeup : PartnerObject
{
    private JsWakeup(JsPartner partner, string handle)
        : base(partner, handle) { }

    /// <summary>With <paramref name="answer"/> a topic that nobody has is opened with that key when a peer asks for it.</summary>
    public static async Task<JsWakeup> CreateAsync(JsPartner partner, string? answer = null)
    {
        var created = await partner.CallAsync<Created>("wakeup.create", new { answer });
        return new JsWakeup(partner, created.Handle);
    }

    /// <summary>A stream that was attached in mode <see cref="StreamMode.None"/>.</summary>
    public Task AddStreamAsync(JsStream stream) =>
        Partner.CallAsync("wakeup.add-stream", new { wakeup = Handle, stream = stream.Handle });

    /// <param name="key">In hexadecimal.</param>
    /// <param name="active">Whether it works with the topic.</param>
    /// <param name="discoveryKey">Id of the channels; that of the key by default.</param>
    /// <param name="answers">What lookups are answered with.</param>
    public async Task<Session> OpenSessionAsync(
        string key,
        bool active = true,
        string? discoveryKey = null,
        Writer[]? answers = null
    )
    {
        var created = await Partner.CallAsync<Created>(
            "wakeup.session",
            new
            {
                wakeup = Handle,
                key,
                active,
                discoveryKey,
                answers,
            }
        );
        return new Session(Partner, created.Handle);
    }

    /// <summary>Waits for the session that was opened because a peer asked.</summary>
    public async Task<Session> AnsweredAsync() => new(Partner, (await ExpectAsync("session")).Text("session")!);

    public Task DestroyAsync() => Partner.CallAsync("wakeup.destroy", new { wakeup = Handle });

    /// <summary>A core and its length, the key in hexadecimal.</summary>
    public sealed record Writer(string Key, ulong Length);

    /// <summary>A session; calls of its handlers are events of their names.</summary>
    public sealed class Session(JsPartner partner, string handle) : PartnerObject(partner, handle)
    {
        public Task LookupAsync(string? hash = null) =>
            Partner.CallAsync("wakeup.lookup", new { session = Handle, hash });

        public Task AnnounceAsync(params Writer[] writers) =>
            Partner.CallAsync("wakeup.announce", new { session = Handle, writers });

        public Task ActivateAsync() => Partner.CallAsync("wakeup.activate", new { session = Handle });

        public Task DeactivateAsync() => Partner.CallAsync("wakeup.deactivate", new { session = Handle });

        public Task CloseAsync() => Partner.CallAsync("wakeup.close", new { session = Handle });
    }
}
