namespace Interop.Tests.Harness;

/// <summary>A channel of a partner's Protomux; all its messages are raw bytes.</summary>
public sealed class JsChannel(JsPartner partner, string handle) : PartnerObject(partner, handle)
{
    /// <summary>Sends the open frame.</summary>
    public Task OpenAsync(ReadOnlySpan<byte> handshake = default) =>
        Partner.CallAsync("mux.open", new { channel = Handle, handshake = Convert.ToHexStringLower(handshake) });

    /// <summary>Waits until both sides have opened; returns the other side's handshake.</summary>
    public async Task<byte[]> OpenedAsync() => (await ExpectAsync("open")).Bytes("handshake");

    /// <summary>Waits for the close; says whether the other side caused it.</summary>
    public async Task<bool> ClosedByRemoteAsync() =>
        (await ExpectAsync("close")).Fields.GetProperty("isRemote").GetBoolean();

    /// <summary>Sends the same message <paramref name="count"/> times.</summary>
    public Task SendAsync(int type, ReadOnlySpan<byte> message, int count = 1) =>
        Partner.CallAsync(
            "mux.send",
            new
            {
                channel = Handle,
                type,
                hex = Convert.ToHexStringLower(message),
                count,
            }
        );

    /// <summary>Waits for the next message.</summary>
    public async Task<(int Type, byte[] Message)> ReceiveAsync()
    {
        var told = await ExpectAsync("message");
        return (told.Fields.GetProperty("type").GetInt32(), told.Bytes("hex"));
    }

    public Task CloseAsync() => Partner.CallAsync("mux.close", new { channel = Handle });
}
