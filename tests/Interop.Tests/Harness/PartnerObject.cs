namespace Interop.Tests.Harness;

/// <summary>An object that lives in a partner.</summary>
public abstract class PartnerObject(JsPartner partner, string handle)
{
    /// <summary>The process it lives in.</summary>
    public JsPartner Partner { get; } = partner;

    /// <summary>Its name there.</summary>
    public string Handle { get; } = handle;

    /// <summary>Takes the next event of this name.</summary>
    public Task<JsEvent> ExpectAsync(string name, TimeSpan? deadline = null) =>
        Partner.ExpectAsync(Handle, name, deadline);

    /// <summary>What a verb that makes an object answers.</summary>
    private protected sealed record Created(string Handle);
}
