namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>What a step has to lead to.</summary>
/// <param name="IsDelivered">Whether the message is delivered.</param>
/// <param name="RelayedTo">The partners it is passed on to.</param>
/// <param name="Drop">Why it is dropped, or null.</param>
internal sealed record StepExpectation(bool IsDelivered, string[] RelayedTo, DropReason? Drop)
{
    public static StepExpectation Dropped(DropReason reason) => new(false, [], reason);
}
