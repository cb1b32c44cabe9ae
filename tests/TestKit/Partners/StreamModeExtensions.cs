using System.Diagnostics;

namespace TestKit.Partners;

public static class StreamModeExtensions
{
    /// <summary>The driver's word for the mode.</summary>
    public static string ToDriver(this StreamMode mode) =>
        mode switch
        {
            StreamMode.Hash => "hash",
            StreamMode.Echo => "echo",
            StreamMode.Data => "data",
            StreamMode.None => "none",
            _ => throw new UnreachableException(),
        };
}
