using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels;

/// <summary>Invites and welcomes of this peer.</summary>
public sealed partial class Sidechannels
{
    private const int NonceChars = 8;

    /// <summary>Signs an invite. Others take it if this peer is one of their inviters.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="invitee">Public key of the peer, hexadecimal.</param>
    /// <param name="lifetime">How long it holds; null for <see cref="SidechannelOptions.InviteLifetime"/>.</param>
    /// <param name="inviterAddress">Address of this peer, for people to read.</param>
    /// <param name="welcome">The channel's welcome to put beside it; null for the one known here, if any.</param>
    public JsObject CreateInvite(
        string channel,
        string invitee,
        TimeSpan? lifetime = null,
        string? inviterAddress = null,
        JsValue? welcome = null
    )
    {
        Loop.VerifyAccess();
        double now = Loop.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var expiresAt = now + Math.Floor((lifetime ?? _options.InviteLifetime).TotalMilliseconds);
        Span<char> nonce = stackalloc char[NonceChars];
        foreach (ref var letter in nonce)
            letter = IdAlphabet[Loop.Random.Next(IdAlphabet.Length)];
        var payload = new InvitePayload(
            channel,
            KeyHex.Normalize(invitee),
            PublicKey,
            inviterAddress,
            now,
            expiresAt,
            nonce.ToString()
        );
        return InviteCodec.Sign(payload, _identity, welcome ?? GetWelcome(channel));
    }

    /// <summary>Signs a welcome and keeps it, if this peer owns the channel, to show it to those who open it.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="text">A greeting or the rules of the channel.</param>
    public JsObject CreateWelcome(string channel, string text)
    {
        Loop.VerifyAccess();
        var name = SidechannelNames.Normalize(channel);
        var now = Loop.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var welcome = WelcomeCodec.Sign(new WelcomePayload(name, PublicKey, text, now), _identity);
        _state.AcceptWelcome(welcome, name);
        return welcome;
    }

    /// <summary>The welcome known for a channel, null if there is none.</summary>
    public JsValue? GetWelcome(string channel)
    {
        Loop.VerifyAccess();
        return _state.Welcomes.Get(SidechannelNames.Normalize(channel));
    }
}
