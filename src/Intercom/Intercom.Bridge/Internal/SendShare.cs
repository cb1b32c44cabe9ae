namespace Intercom.Bridge.Internal;

/// <summary>What one client has of the <see cref="SendSlots"/>, which own and guard it.</summary>
internal sealed class SendShare
{
    /// <summary>Its messages under way.</summary>
    public int UnderWay { get; set; }
}
