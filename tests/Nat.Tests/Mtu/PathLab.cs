using Nat.Tests.Matrix;
using Nat.Tests.Namespaces;
using TestKit.Partners;

namespace Nat.Tests.Mtu;

/// <summary>Two hosts at the two ends of an internet, each with a process that has a UDX socket.</summary>
internal sealed class PathLab : IAsyncDisposable
{
    private readonly Internet _internet;
    private readonly List<PartnerProcess> _processes = [];
    private Site? _senderSite;
    private Site? _receiverSite;

    private PathLab(Internet internet) => _internet = internet;

    public static async Task<PathLab> StartAsync(
        NodePartners partners,
        InternetFactory internets,
        Make sending,
        Make receiving
    )
    {
        var lab = new PathLab(await internets.CreateAsync());
        try
        {
            lab._senderSite = await lab._internet.AddSiteAsync(NatKind.Open);
            lab._receiverSite = await lab._internet.AddSiteAsync(NatKind.Open);
            lab._processes.Add(await sending.StartAsync(partners, lab._senderSite.Host));
            lab._processes.Add(await receiving.StartAsync(partners, lab._receiverSite.Host));
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>A stream from the first host to the second, which connects to where the first packet comes from.</summary>
    public async Task<(PartnerStream Sender, PartnerStream Receiver)> ConnectAsync(uint senderId, uint receiverId)
    {
        var near = await PartnerUdxSocket.OpenAsync(_processes[0], _senderSite!.PublicHost);
        var far = await PartnerUdxSocket.OpenAsync(_processes[1], _receiverSite!.PublicHost);
        var receiver = await far.AcceptAsync(receiverId, senderId);
        var sender = await near.ConnectAsync(senderId, receiverId, far.Port, remoteHost: _receiverSite.PublicHost);
        return (sender, receiver);
    }

    /// <summary>Lets a link of the path take shorter packets only.</summary>
    public async Task NarrowAsync(Narrowing place, int mtu)
    {
        if (place == Narrowing.Silent)
            await _internet.Core.FilterAsync(
                "table ip filter {\n chain own {\n type filter hook output priority filter\n ip protocol icmp drop\n }\n }\n"
            );
        if (place == Narrowing.AtTheSender)
            await _senderSite!.SetOwnMtuAsync(mtu);
        else
            await _internet.SetLineMtuAsync(_receiverSite!, mtu);
    }

    /// <summary>Fragments that were made by the sender's system, and by the router in the middle.</summary>
    public async Task<(long AtTheSender, long InTheMiddle)> CountFragmentsAsync() =>
        (await _senderSite!.Host.CountAsync("Ip", "FragCreates"), await _internet.Core.CountAsync("Ip", "FragCreates"));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await _internet.DisposeAsync();
    }
}
