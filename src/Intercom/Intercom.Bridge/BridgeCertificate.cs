using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Intercom.Bridge;

/// <summary>The certificate, with its private key, that the bridge shows to clients that come by TLS.</summary>
public sealed class BridgeCertificate
{
    private const string PemMark = "-----BEGIN";

    private BridgeCertificate(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        // Offline: a bridge must not wait for the network of a certificate authority.
        Context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        Sha256 = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
    }

    /// <summary>SHA-256 of the certificate, hexadecimal: by it clients of the same machine know it.</summary>
    public string Sha256 { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Reads a certificate from files.</summary>
    /// <param name="path">PEM, the certificate first and those of its issuers after it, or PFX (PKCS #12).</param>
    /// <param name="keyPath">PEM of the private key; null when it is in the first file.</param>
    /// <param name="password">Of the PFX or of an encrypted key; null for none.</param>
    /// <param name="now">The time at which it has to be valid.</param>
    /// <exception cref="BridgeException">It cannot be read, has no private key, or is not valid now.</exception>
    public static BridgeCertificate Load(string path, string? keyPath, string? password, DateTimeOffset now)
    {
        var certificates = Read(path, keyPath, password);
        var own = certificates.FirstOrDefault(certificate => certificate.HasPrivateKey);
        if (own is null)
            throw Unusable(path, "it has no private key: name the key's file with --sc-bridge-tls-key");
        if (now.LocalDateTime < own.NotBefore || now.LocalDateTime > own.NotAfter)
            throw Unusable(path, $"it is valid from {own.NotBefore:u} to {own.NotAfter:u} only");
        certificates.Remove(own);
        return new BridgeCertificate(own, certificates);
    }

    private static X509Certificate2Collection Read(string path, string? keyPath, string? password)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.AsSpan().IndexOf(TextEncoding.UTF8.GetBytes(PemMark)) < 0)
                return X509CertificateLoader.LoadPkcs12Collection(bytes, password);
            var pem = TextEncoding.UTF8.GetString(bytes);
            var key = keyPath is null ? pem : File.ReadAllText(keyPath);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(pem);
            all[0] = WithKey(pem, key, password);
            return all;
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw Unusable(path, error.Message, error);
        }
    }

    private static X509Certificate2 WithKey(string pem, string key, string? password)
    {
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return X509Certificate2.CreateFromPem(pem);
        var certificate = password is null
            ? X509Certificate2.CreateFromPem(pem, key)
            : X509Certificate2.CreateFromEncryptedPem(pem, key, password);
        if (!OperatingSystem.IsWindows())
            return certificate;
        // Windows does not use keys that live in memory only.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static BridgeException Unusable(string path, string why, Exception? cause = null) =>
        new(
            BridgeErrorCode.CertificateUnusable,
            $"The certificate '{path}' cannot be used: {why.TrimEnd('.')}.",
            cause
        );
}
