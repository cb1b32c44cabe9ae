namespace TestKit.Partners;

/// <summary>Seeds of key pairs and names of topics: 32 bytes in hexadecimal, told apart by one letter.</summary>
public static class Seeds
{
    public static string A => Of(0xA1);
    public static string B => Of(0xB2);
    public static string C => Of(0xC3);

    /// <summary>32 equal bytes.</summary>
    public static string Of(byte value)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(value);
        return Convert.ToHexStringLower(bytes);
    }
}
