using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>
/// What one connect did, step by step: what was tried, with whom, for how long, and what came of it. Give one to
/// <see cref="DhtConnectOptions.Report"/>; a <see cref="HyperDhtException"/> of a connect brings one in any case. Written
/// on the node's loop, also after the connect has returned while the connection is moved from a relay to a direct path.
/// </summary>
public sealed class DhtConnectReport
{
    /// <summary>Steps that are kept; a hostile network must not make a report grow.</summary>
    public const int MaxSteps = 128;

    private readonly List<DhtConnectStep> _steps = [];
    private TimeProvider? _time;
    private long _startedAt;

    /// <summary>The peer.</summary>
    public Bytes32 PublicKey { get; private set; }

    /// <summary>The steps in the order in which they began.</summary>
    public IReadOnlyList<DhtConnectStep> Steps => _steps;

    /// <summary>Steps that are not among <see cref="Steps"/> because there were too many.</summary>
    public int StepsLeftOut { get; private set; }

    /// <summary>How long it took until the connection was there or given up.</summary>
    public TimeSpan? Duration { get; private set; }

    /// <summary>What opened the connection, or null.</summary>
    public DhtConnectPhase? Path { get; internal set; }

    /// <summary>What the connection was moved to after a relay had opened it, or null.</summary>
    public DhtConnectPhase? UpgradedTo { get; internal set; }

    /// <summary>The code it failed with, or null.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>Nodes that have a record of the peer.</summary>
    public int RecordsFound { get; internal set; }

    /// <summary>Messages exchanged to arrange punching.</summary>
    public int PunchRounds { get; internal set; }

    /// <summary>Probes sent.</summary>
    public int Probes { get; internal set; }

    /// <summary>How our NAT behaves, as far as punching needed to know.</summary>
    public FirewallKind LocalFirewall { get; internal set; }

    /// <summary>How the peer's NAT behaves, as it says.</summary>
    public FirewallKind RemoteFirewall { get; internal set; }

    /// <summary>Our public addresses on the socket that punched.</summary>
    public IReadOnlyList<UdpAddress> LocalAddresses { get; internal set; } = [];

    /// <summary>The peer's public addresses, as it says.</summary>
    public IReadOnlyList<UdpAddress> RemoteAddresses { get; internal set; } = [];

    /// <summary>Whether the peer had no turn for a punch, though a probe of its own had come through.</summary>
    internal bool IsPutOffInReach { get; set; }

    internal void Start(in Bytes32 publicKey, TimeProvider time)
    {
        if (_time is not null)
            throw new InvalidOperationException("A report is for one connect. Make another.");
        PublicKey = publicKey;
        _time = time;
        _startedAt = time.GetTimestamp();
    }

    internal DhtConnectStep Begin(DhtConnectPhase phase, UdpAddress? address = null, Bytes32? relay = null)
    {
        var step = new DhtConnectStep
        {
            Phase = phase,
            Address = address,
            Relay = relay,
            Began = Elapsed,
        };
        if (_steps.Count < MaxSteps)
            _steps.Add(step);
        else
            StepsLeftOut++;
        return step;
    }

    internal void End(DhtConnectStep step, DhtStepOutcome outcome, string? detail = null, string? code = null)
    {
        if (step.Outcome != DhtStepOutcome.Running)
            return;
        step.Outcome = outcome;
        step.Ended = Elapsed;
        step.Detail = detail;
        step.Code = code;
    }

    internal void Finish(string? errorCode)
    {
        Duration ??= Elapsed;
        ErrorCode = errorCode;
        foreach (var step in _steps)
        {
            if (errorCode is not null || step.Phase is DhtConnectPhase.Search or DhtConnectPhase.Handshake)
                End(step, DhtStepOutcome.Overtaken);
        }
    }

    /// <summary>The steps in one sentence, for an error text.</summary>
    internal string Summarise()
    {
        var tried = new List<string>();
        var handshakes = _steps.Count(step => step.Phase == DhtConnectPhase.Handshake);
        if (handshakes > 0)
        {
            var answered = _steps.Count(step =>
                step is { Phase: DhtConnectPhase.Handshake, Outcome: DhtStepOutcome.Succeeded }
            );
            tried.Add($"the handshake through {handshakes} nodes ({(answered > 0 ? "answered" : "no answer")})");
        }
        foreach (var step in _steps)
        {
            if (step.Phase is DhtConnectPhase.Search or DhtConnectPhase.Handshake)
                continue;
            tried.Add($"{Name(step.Phase)}{Whom(step)}");
        }
        return tried.Count == 0 ? "" : $" Tried in {Elapsed.TotalSeconds:0.#} s: {string.Join(", ", tried)}.";
    }

    private TimeSpan Elapsed => _time?.GetElapsedTime(_startedAt) ?? TimeSpan.Zero;

    private static string Name(DhtConnectPhase phase) =>
        phase switch
        {
            DhtConnectPhase.Direct => "its address",
            DhtConnectPhase.Inbound => "waiting for it",
            DhtConnectPhase.LocalNetwork => "the local network",
            DhtConnectPhase.Punch => "punching",
            _ => "a relay",
        };

    private static string Whom(DhtConnectStep step)
    {
        if (step.Address is { } address)
            return $" at {address}";
        return step.Relay is { } relay ? $" ({relay}…)" : "";
    }
}
