using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Tests;

public sealed class SealedFrameTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(70_000)]
    public void A_frame_is_that_of_the_payload_with_its_signature_as_the_last_member(int chars)
    {
        var payload = new JsObject { ["id"] = "a", ["message"] = new string('m', chars) };
        var text = JsJson.StringifyToUtf8(payload);
        byte[] signature = [.. Enumerable.Range(0, Ed25519.SignatureBytes).Select(i => (byte)(i * 5))];
        var frame = SealedFrame.Encode(text, signature);
        payload["sig"] = Convert.ToHexStringLower(signature);
        Assert.Equal(JsonWire.Encode(payload), frame);
        Assert.Equal(JsJson.GetUtf8Length(payload), SealedFrame.GetTextBytes(text));
    }
}
