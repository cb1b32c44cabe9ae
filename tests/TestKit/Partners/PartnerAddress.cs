namespace TestKit.Partners;

/// <summary>A UDP address as partners write it.</summary>
public sealed record PartnerAddress(string Host, ushort Port);
