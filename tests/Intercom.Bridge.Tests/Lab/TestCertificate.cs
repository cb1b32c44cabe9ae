using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>Certificate files made for one test.</summary>
internal sealed class TestCertificate : IDisposable
{
    public const string Password = "secret";

    public static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddHours(-1);
    public static readonly DateTimeOffset Until = From.AddDays(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("intercom-tls-").FullName;

    public TestCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(From, Until);
        Write("cert.pem", certificate.ExportCertificatePem());
        Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        var kdf = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 1000);
        Write("locked.pem", key.ExportEncryptedPkcs8PrivateKeyPem(Password, kdf));
        Write("both.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(PathOf("cert.pfx"), certificate.Export(X509ContentType.Pkcs12, Password));
        Write("junk.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
        File.WriteAllBytes(PathOf("junk.pfx"), [1, 2, 3]);
    }

    public string PathOf(string file) => Path.Combine(_folder, file);

    public BridgeCertificate Load(string file, string? key = null, string? password = null) =>
        BridgeCertificate.Load(PathOf(file), key is null ? null : PathOf(key), password, From.AddHours(1));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string file, string text) => File.WriteAllText(PathOf(file), text);
}
