using System.Text.Json;

namespace Interop.Tests.Harness;

/// <summary>A partner that speaks Intercom's sidechannel protocol on a swarm of its own.</summary>
public sealed class JsSidechannel : PartnerObject
{
    private JsSidechannel(JsPartner partner, string handle, string publicKey)
        : base(partner, handle) => PublicKey = publicKey;

    /// <summary>Its public key in hexadecimal.</summary>
    public string PublicKey { get; }

    /// <summary>Starts a peer that demands and does <paramref name="difficulty"/> bits of work on every channel.</summary>
    /// <param name="partner">Where it is to live.</param>
    /// <param name="bootstrap">Nodes of the network; at least one.</param>
    /// <param name="difficulty">Bits of work; 0 for none.</param>
    /// <param name="ttl">How often its messages may be passed on.</param>
    /// <param name="relay">Whether it passes others' messages on.</param>
    /// <param name="seed">Seed of its key pair; random by default.</param>
    /// <param name="secret">
    /// Text that is looked for in all bytes it gets. With it the peer is linked by hand (<see cref="LinkAsync"/>) and keeps a
    /// log (<see cref="TakeLogAsync"/>) instead of telling its events.
    /// </param>
    /// <param name="rules">Who may hear and write: the options of <c>sidechannel-policy.mjs</c>.</param>
    public static async Task<JsSidechannel> StartAsync(
        JsPartner partner,
        IReadOnlyList<JsAddress> bootstrap,
        int difficulty = 12,
        int ttl = 3,
        bool relay = true,
        string? seed = null,
        object? rules = null,
        string? secret = null
    )
    {
        var made = await partner.CallAsync<CreatedPeer>(
            "sidechannel.create",
            new
            {
                bootstrap,
                difficulty,
                ttl,
                relay,
                seed,
                rules = rules ?? new { },
                secret,
            }
        );
        return new JsSidechannel(partner, made.Handle, made.PublicKey);
    }

    /// <summary>Joins a channel; completes when the first announcement is done.</summary>
    public Task JoinAsync(string channel) => Partner.CallAsync("sidechannel.join", new { peer = Handle, channel });

    public Task LeaveAsync(string channel) => Partner.CallAsync("sidechannel.leave", new { peer = Handle, channel });

    /// <summary>Waits until a channel is open with some peer, and returns that peer's key.</summary>
    public async Task<string> OpenedAsync(TimeSpan? deadline = null) =>
        (await ExpectAsync("opened", deadline)).Text("remotePublicKey")!;

    /// <summary>Signs an invite to a channel for a public key.</summary>
    public async Task<JsonElement> InviteAsync(string channel, string invitee) =>
        (
            await Partner.CallAsync(
                "sidechannel.invite",
                new
                {
                    peer = Handle,
                    channel,
                    invitee,
                }
            )
        ).GetProperty("invite");

    /// <summary>Signs a welcome to a channel and shows it to those who open the channel, if it is its own.</summary>
    public Task WelcomeAsync(string channel, string text) =>
        Partner.CallAsync(
            "sidechannel.welcome",
            new
            {
                peer = Handle,
                channel,
                text,
            }
        );

    /// <summary>Takes an invite to a channel.</summary>
    public Task AcceptAsync(string channel, JsonElement invite) =>
        Partner.CallAsync(
            "sidechannel.accept",
            new
            {
                peer = Handle,
                channel,
                invite,
            }
        );

    /// <summary>
    /// Sends to every peer with which the channel is open; returns the message's identifier. With
    /// <paramref name="force"/> also where its rules do not let it write.
    /// </summary>
    public async Task<string> SendAsync(string channel, object message, bool force = false)
    {
        var sent = await Partner.CallAsync<Sent>(
            "sidechannel.send",
            new
            {
                peer = Handle,
                channel,
                message,
                force,
            }
        );
        return sent.Id;
    }

    /// <summary>Waits for the next message that passed its checks.</summary>
    public async Task<JsSidechannelMessage> ReceiveAsync(TimeSpan? deadline = null)
    {
        var told = await ExpectAsync("message", deadline);
        return new JsSidechannelMessage(
            told.Text("channel")!,
            told.Text("remotePublicKey")!,
            told.Fields.GetProperty("payload"),
            told.Fields.GetProperty("signed").GetBoolean()
        );
    }

    /// <summary>Waits for the next message that it dropped, and says why.</summary>
    public async Task<string> DroppedAsync() => (await ExpectAsync("dropped")).Text("reason")!;

    /// <summary>Connects with a peer, and again whenever that connection is lost.</summary>
    public Task LinkAsync(string publicKey) => Partner.CallAsync("sidechannel.link", new { peer = Handle, publicKey });

    /// <summary>Gives the connection with a peer up.</summary>
    public Task UnlinkAsync(string publicKey) =>
        Partner.CallAsync("sidechannel.unlink", new { peer = Handle, publicKey });

    /// <summary>What it came to, with the ids delivered since the last call.</summary>
    public Task<SidechannelLog> TakeLogAsync() =>
        Partner.CallAsync<SidechannelLog>("sidechannel.log", new { peer = Handle });

    /// <summary>The keys of the peers with which a channel is open.</summary>
    public async Task<IReadOnlyList<string>> OpenWithAsync(string channel) =>
        (await Partner.CallAsync<Opened>("sidechannel.opened", new { peer = Handle, channel })).Peers;

    public Task DestroyAsync() => Partner.CallAsync("sidechannel.destroy", new { peer = Handle });

    private sealed record CreatedPeer(string Handle, string PublicKey);

    private sealed record Opened(IReadOnlyList<string> Peers);

    private sealed record Sent(string Id, int Reached);
}
