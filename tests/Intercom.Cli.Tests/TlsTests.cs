using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hyper.Encoding.Json;
using Intercom.Cli.Tests.Lab;

namespace Intercom.Cli.Tests;

/// <summary>A peer whose bridge speaks TLS, and the commands that talk to it.</summary>
public sealed class TlsTests : CliLab
{
    [Fact]
    public async Task Commands_reach_a_bridge_with_TLS_and_know_it_by_its_certificate()
    {
        WriteCertificate("cert.pem");
        await UpAsync(
            "bob",
            "--sc-bridge-tls-cert",
            "cert.pem",
            "--sc-bridge-host",
            "0.0.0.0",
            "--sc-bridge-allow-remote"
        );
        var asked = await RunAsync(["stats", "--json"]);
        Assert.Equal((0, ""), (asked.ExitCode, asked.Notes));
        Assert.Contains("\"stats\"", asked.Results);

        var path = StorePath("bob", "bridge.json");
        Assert.True(JsJson.TryParse(await File.ReadAllBytesAsync(path), out var value));
        var file = Assert.IsType<JsObject>(value);
        Assert.StartsWith("wss://127.0.0.1:", file.GetString("url"));
        file["certificate"] = new string('0', 64);
        await File.WriteAllTextAsync(path, JsJson.Stringify(file));
        var refused = await RunAsync(["stats"]);
        Assert.Equal(ExitCode.NoSuchPeer, refused.ExitCode);
    }

    [Theory]
    [InlineData(new string[0], "--sc-bridge-allow-remote 1 and a certificate")]
    [InlineData(new[] { "--sc-bridge-allow-remote" }, "give the bridge a certificate with --sc-bridge-tls-cert")]
    public async Task Address_beyond_loopback_is_refused_in_a_line_that_says_what_to_do(string[] more, string said)
    {
        string[] line =
        [
            "up",
            "--name",
            "bob",
            "--dht-bootstrap",
            await BootstrapAsync(),
            "--sc-bridge-host",
            "0.0.0.0",
        ];
        var refused = await RunAsync([.. line, .. more]);
        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.Contains(said, refused.Notes);
    }

    private void WriteCertificate(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            now.AddHours(-1),
            now.AddDays(1)
        );
        File.WriteAllText(
            Path.Combine(Folder, file),
            $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"
        );
    }
}
