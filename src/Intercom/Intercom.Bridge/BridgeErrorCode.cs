namespace Intercom.Bridge;

/// <summary>Values of <see cref="BridgeException.Code"/>. They do not change between versions.</summary>
public static class BridgeErrorCode
{
    /// <summary>Another process listens on the port.</summary>
    public const string AddressInUse = "EADDRINUSE";

    /// <summary>The address cannot be listened on.</summary>
    public const string AddressNotAvailable = "EADDRNOTAVAIL";

    /// <summary>The certificate cannot be read, has no key or is not valid now.</summary>
    public const string CertificateUnusable = "CERTIFICATE_UNUSABLE";

    /// <summary>The host is not a loopback address, and others were not allowed; or it is no address.</summary>
    public const string HostNotLoopback = "HOST_NOT_LOOPBACK";

    /// <summary>The host is not a loopback address, and there is no certificate.</summary>
    public const string TlsRequired = "TLS_REQUIRED";

    /// <summary>There is no token.</summary>
    public const string TokenRequired = "TOKEN_REQUIRED";
}
