using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly TestCertificate _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("cert.pem", "key.pem", null)]
    [InlineData("cert.pem", "locked.pem", TestCertificate.Password)]
    [InlineData("both.pem", null, null)]
    [InlineData("cert.pfx", null, TestCertificate.Password)]
    public async Task Client_that_comes_by_TLS_is_served(string file, string? key, string? password)
    {
        var certificate = _files.Load(file, key, password);
        await using var lab = await BridgeLab.StartAsync(BridgeLab.Options with { Certificate = certificate });
        using var client = await ConnectAsync(lab, certificate.Sha256);
        Assert.Equal("hello", (await client.ReadAsync()).GetString("type"));
        var auth = await client.AskAsync(new JsObject { ["type"] = "auth", ["token"] = BridgeLab.Token });
        Assert.Equal("auth_ok", auth.GetString("type"));
        var text = new string('x', 100_000);
        await client.SendAsync(Send(text));
        Assert.Equal("sent", (await client.ReadAsync()).GetString("type"));
        await lab.SayAsync("c1", text);
        Assert.Equal(text, (await client.ReadAsync()).GetString("message"));
    }

    [Fact]
    public async Task Client_without_TLS_is_not_spoken_to()
    {
        await using var lab = await BridgeLab.StartAsync(
            BridgeLab.Options with
            {
                Certificate = _files.Load("both.pem"),
            }
        );
        await Assert.ThrowsAsync<WebSocketException>(() => lab.ConnectAsync());
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, lab.Bridge.Port);
        await socket.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[1024];
        var answered = new List<byte>();
        try
        {
            for (int read; (read = await socket.GetStream().ReadAsync(buffer, limit.Token)) > 0; )
                answered.AddRange(buffer.AsSpan(0, read));
        }
        catch (IOException)
        {
            // Cut off: as good as an end.
        }
        // At most an alert of TLS, never HTTP.
        Assert.InRange(answered.Count, 0, 7);
    }

    [Theory]
    [InlineData("cert.pem", null, null, "no private key")]
    [InlineData("cert.pem", "locked.pem", null, "")]
    [InlineData("cert.pfx", null, "wrong", "")]
    [InlineData("junk.pem", null, null, "")]
    [InlineData("junk.pfx", null, null, "")]
    [InlineData("missing.pem", null, null, "missing.pem")]
    [InlineData("cert.pem", "missing.pem", null, "missing.pem")]
    public void Certificate_that_cannot_be_used_is_a_typed_error(
        string file,
        string? key,
        string? password,
        string said
    )
    {
        var error = Assert.Throws<BridgeException>(() => _files.Load(file, key, password));
        Assert.Equal(BridgeErrorCode.CertificateUnusable, error.Code);
        Assert.Contains(said, error.Message);
    }

    [Fact]
    public void Certificate_that_is_not_valid_now_is_refused()
    {
        var late = TestCertificate.Until.AddHours(1);
        var error = Assert.Throws<BridgeException>(() =>
            BridgeCertificate.Load(_files.PathOf("both.pem"), null, null, late)
        );
        Assert.Contains("it is valid from", error.Message);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task Address_beyond_loopback_needs_to_be_allowed_and_TLS(string host)
    {
        var remote = BridgeLab.Options with { Host = host };
        await ExpectAsync(remote, BridgeErrorCode.HostNotLoopback, "--sc-bridge-allow-remote");
        await ExpectAsync(
            remote with
            {
                Certificate = _files.Load("both.pem"),
            },
            BridgeErrorCode.HostNotLoopback,
            "--sc-bridge-allow-remote"
        );
        await ExpectAsync(remote with { AllowRemote = true }, BridgeErrorCode.TlsRequired, "--sc-bridge-tls-cert");
    }

    [Fact]
    public async Task Address_beyond_loopback_is_listened_on_when_both_are_there()
    {
        var certificate = _files.Load("both.pem");
        var options = BridgeLab.Options with { Host = "0.0.0.0", AllowRemote = true, Certificate = certificate };
        await using var lab = await BridgeLab.StartAsync(options);
        using var client = await ConnectAsync(lab, certificate.Sha256);
        Assert.Equal("hello", (await client.ReadAsync()).GetString("type"));
    }

    private static async Task ExpectAsync(BridgeOptions options, string code, string said)
    {
        var error = await Assert.ThrowsAsync<BridgeException>(() => BridgeLab.StartAsync(options));
        Assert.Equal(code, error.Code);
        Assert.Contains(said, error.Message);
    }

    private static Task<TestClient> ConnectAsync(BridgeLab lab, string hash) =>
        TestClient.ConnectAsync(
            new Uri($"wss://127.0.0.1:{lab.Bridge.Port}/"),
            socket =>
                socket.RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    shown!.GetCertHashString(HashAlgorithmName.SHA256).Equals(hash, StringComparison.OrdinalIgnoreCase)
        );

    private static JsObject Send(string text) =>
        new()
        {
            ["type"] = "send",
            ["channel"] = "c1",
            ["message"] = text,
        };
}
