using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>The partner's Protomux under a script; see partners/driver/mux-script.mjs.</summary>
internal sealed class JsScriptedMux : PartnerObject, IScriptedMux
{
    private JsScriptedMux(JsPartner partner, string handle)
        : base(partner, handle) { }

    public string Prefix => "j";

    public static async Task<JsScriptedMux> CreateAsync(JsPartner partner)
    {
        var made = await partner.CallAsync<Created>("muxscript.create", new { prefix = "j" });
        return new JsScriptedMux(partner, made.Handle);
    }

    public Task<MuxOutcome> DoAsync(MuxOperation operation) =>
        Partner.CallAsync<MuxOutcome>(
            "muxscript.do",
            new
            {
                mux = Handle,
                op = operation.Op,
                channel = operation.Channel,
                protocol = operation.Protocol,
                id = operation.Id,
                unique = operation.Unique,
                hex = operation.Hex,
            }
        );

    public async Task<MuxChannelInfo[]> StateAsync() =>
        (await Partner.CallAsync<State>("muxscript.state", new { mux = Handle })).Channels;

    private sealed record State(MuxChannelInfo[] Channels);
}
