namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>
/// Where we decide otherwise than the recorded JavaScript peer, step by step, and why. Everything else is equal.
/// </summary>
internal static class DeliberateDifferences
{
    private static readonly Dictionary<(string Case, int Step), (StepExpectation Ours, string Why)> _steps = new()
    {
        [("size-receive-over", 0)] = (Drop(DropReason.TooLarge), "the size guard holds for what is received too"),
        [("size-default-receive-1200000", 0)] = (
            Drop(DropReason.TooLarge),
            "the size guard holds for what is received too"
        ),
        [("size-receive-8m", 0)] = (Drop(DropReason.TooLarge), "the size guard holds for what is received too"),
        [("rate-reconnect-clears", 1)] = (Drop(DropReason.RateLimit), "a peer's share outlives its connection"),
        [("own-channel-other", 0)] = (Drop(DropReason.OwnerOnly), "the owner signed this for another channel"),
        [("own-welcome-control-text", 0)] = (
            Drop(DropReason.OwnerOnly),
            "a welcome may be carried by others, but not with their text beside it"
        ),
        [("dup-other-peer", 1)] = (
            new StepExpectation(true, ["K1", "OBS"], null),
            "an id counts for its sender: nobody can use up another's"
        ),
        [("dup-other-channel", 1)] = (
            new StepExpectation(true, ["K2", "OBS"], null),
            "each channel has a list of its own"
        ),
        [("deep-5000", 0)] = (Drop(DropReason.TooDeep), "nesting is bounded"),
        [("deep-nopow-100000", 0)] = (Drop(DropReason.TooDeep), "nesting is bounded"),
        [("deep-pow-3000", 0)] = (
            Drop(DropReason.TooDeep),
            "what cannot be read costs its sender the message or the channel"
        ),
        [("deep-pow-20000", 0)] = (
            Drop(DropReason.TooDeep),
            "what cannot be read costs its sender the message or the channel"
        ),
        [("frame-broken-json", 0)] = (
            Drop(DropReason.Malformed),
            "what cannot be read costs its sender the message or the channel"
        ),
        [("frame-bom", 0)] = (
            Drop(DropReason.Malformed),
            "what cannot be read costs its sender the message or the channel"
        ),
        [("frame-empty", 0)] = (
            Drop(DropReason.Malformed),
            "what cannot be read costs its sender the message or the channel"
        ),
        [("frame-nan", 0)] = (
            Drop(DropReason.Malformed),
            "what cannot be read costs its sender the message or the channel"
        ),
    };

    /// <summary>Steps that differ.</summary>
    public static IEnumerable<(string Case, int Step)> Steps => _steps.Keys;

    /// <summary>Frames that carry a higher time to live than we pass on.</summary>
    public static IReadOnlySet<string> BoundedTtl { get; } = new HashSet<string> { "ttl-huge", "ttl-1e300" };

    /// <summary>With what they are passed on.</summary>
    public const int HighestTtl = 15;

    /// <summary>
    /// The recorded proof of the sender does not hold at receivers; ours does, over what is on the wire.
    /// </summary>
    public const string OpenProof = "pow-sender-open-undefined";

    public static StepExpectation? Find(string id, int step) => _steps.GetValueOrDefault((id, step)).Ours;

    /// <summary>Why a step differs.</summary>
    public static string WhyOf(string id, int step) => _steps[(id, step)].Why;

    private static StepExpectation Drop(DropReason reason) => StepExpectation.Dropped(reason);
}
