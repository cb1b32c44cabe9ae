namespace TestKit.Partners;

/// <summary>An object that lives in a partner.</summary>
public abstract class PartnerObject(PartnerProcess partner, string handle)
{
    /// <summary>The process it lives in.</summary>
    public PartnerProcess Partner { get; } = partner;

    /// <summary>Its name there.</summary>
    public string Handle { get; } = handle;

    /// <summary>Takes the next event of this name.</summary>
    public Task<PartnerEvent> ExpectAsync(string name, TimeSpan? deadline = null) =>
        Partner.ExpectAsync(Handle, name, deadline);

    /// <summary>What a verb that makes an object answers.</summary>
    protected sealed record Created(string Handle);
}
