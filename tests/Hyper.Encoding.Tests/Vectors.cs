namespace Hyper.Encoding.Tests;

/// <summary>The vector files beside the tests.</summary>
internal static class Vectors
{
    public static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", name));
}
