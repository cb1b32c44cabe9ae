namespace TestKit.Partners;

/// <summary>A connection that a partner was given.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="RemotePublicKey">Who is at the other end, in hexadecimal.</param>
public sealed record PartnerConnection(PartnerStream Stream, string RemotePublicKey);
