namespace Interop.Tests.Soak;

/// <summary>Tests that watch the whole process, and so run one at a time after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SoakTests
{
    public const string Name = "soak";
}
