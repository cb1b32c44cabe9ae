namespace Hyper.Bee.Internal;

/// <summary>What a bee object stands for, and so what it closes.</summary>
internal enum HyperbeeKind
{
    /// <summary>The bee that was opened: owns the core's session and everything shared.</summary>
    Main,

    /// <summary>A sub-database: owns nothing.</summary>
    Sub,

    /// <summary>A version of the past: owns a snapshot.</summary>
    Checkout,
}
