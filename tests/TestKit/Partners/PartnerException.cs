namespace TestKit.Partners;

/// <summary>A partner refused a request, kept it waiting, or died; the text ends with what it wrote to stderr.</summary>
public sealed class PartnerException(string message, string? code = null) : Exception(message)
{
    /// <summary>The JavaScript error's <c>code</c>, where it had one.</summary>
    public string? Code { get; } = code;
}
