using System.Text.Json;

namespace Interop.Tests.Harness;

/// <summary>A partner that speaks Intercom's sidechannel protocol on a swarm of its own.</summary>
public sealed class JsSidechannel : JsObject
{
    private JsSidechannel(JsPartner partner, string handle, string publicKey)
        : base(partner, handle) => PublicKey = publicKey;

    /// <summary>Its public key in hexadecimal.</summary>
    public string PublicKey { get; }

    /// <summary>Starts a peer that demands and does <paramref name="difficulty"/> bits of work on every channel.</summary>
    public static async Task<JsSidechannel> StartAsync(
        JsPartner partner,
        IReadOnlyList<JsAddress> bootstrap,
        int difficulty = 12,
        int ttl = 3,
        bool relay = true,
        string? seed = null
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

    /// <summary>Sends to every peer with which the channel is open; returns the message's identifier.</summary>
    public async Task<string> SendAsync(string channel, object message)
    {
        var sent = await Partner.CallAsync<Sent>(
            "sidechannel.send",
            new
            {
                peer = Handle,
                channel,
                message,
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

    /// <summary>Waits for the next message that it dropped, and says why: <c>work</c> or <c>duplicate</c>.</summary>
    public async Task<string> DroppedAsync() => (await ExpectAsync("dropped")).Text("reason")!;

    public Task DestroyAsync() => Partner.CallAsync("sidechannel.destroy", new { peer = Handle });

    private sealed record CreatedPeer(string Handle, string PublicKey);

    private sealed record Sent(string Id, int Reached);
}
