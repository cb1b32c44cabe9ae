namespace TestKit.Partners;

/// <summary>A node of a <see cref="PartnerTestnet"/>.</summary>
/// <param name="Host">Its IPv4 address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Id">Its id in hexadecimal, or null while it keeps it to itself.</param>
public sealed record PartnerTestnetNode(string Host, ushort Port, string? Id);
