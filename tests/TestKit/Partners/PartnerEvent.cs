using System.Text.Json;

namespace TestKit.Partners;

/// <summary>Something a partner told without being asked.</summary>
/// <param name="Handle">The object it is about.</param>
/// <param name="Name">What happened, such as <c>open</c> or <c>close</c>.</param>
/// <param name="Fields">The whole line.</param>
public sealed record PartnerEvent(string Handle, string Name, JsonElement Fields)
{
    /// <summary>A text field, or null where the partner gave null.</summary>
    public string? Text(string field) => Fields.GetProperty(field).GetString();

    /// <summary>A field of hexadecimal digits.</summary>
    public byte[] Bytes(string field) => Convert.FromHexString(Text(field) ?? "");
}
