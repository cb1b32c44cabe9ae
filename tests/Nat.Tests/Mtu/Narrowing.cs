namespace Nat.Tests.Mtu;

/// <summary>Which link of the path takes shorter packets from then on.</summary>
public enum Narrowing
{
    /// <summary>One in the middle, which drops what is longer. ICMP tells the sender's system, which tells the sender nothing.</summary>
    InTheMiddle,

    /// <summary>The same without a word to anybody, as behind many firewalls.</summary>
    Silent,

    /// <summary>The sender's own, whose system refuses what is longer (EMSGSIZE).</summary>
    AtTheSender,
}
