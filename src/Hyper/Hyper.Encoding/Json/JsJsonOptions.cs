namespace Hyper.Encoding.Json;

/// <summary>Bounds on foreign text. JavaScript has none, so both are deliberate differences.</summary>
public sealed record JsJsonOptions
{
    /// <summary>
    /// The deepest nesting that can be parsed or written: each level takes stack, and a value that contains itself
    /// must not take all of it.
    /// </summary>
    public const int DepthCeiling = 1024;

    /// <summary>The defaults.</summary>
    public static JsJsonOptions Default { get; } = new();

    /// <summary>
    /// Most nested arrays and objects, 1 to <see cref="DepthCeiling"/>. Default 512: half the ceiling, so that what was
    /// parsed can be wrapped and still be written.
    /// </summary>
    public int MaxDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, DepthCeiling);
            field = value;
        }
    } = 512;

    /// <summary>
    /// Most bytes of UTF-8 text. Default 8 MiB. The values of a hostile text take up to about twenty times its size.
    /// </summary>
    public int MaxBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 8 * 1024 * 1024;
}
