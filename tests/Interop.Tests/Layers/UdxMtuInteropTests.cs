using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>Both sides look for the longest packet that the path takes.</summary>
public sealed class UdxMtuInteropTests(NodePartners partners)
{
    private const int Bytes = 8 << 20;

    public static TheoryData<PartnerSet, Role, int, int> Paths
    {
        get
        {
            var data = new TheoryData<PartnerSet, Role, int, int>();
            foreach (var row in Roles.Each)
            {
                data.Add(row.Data.Item1, row.Data.Item2, 1280, 1264);
                data.Add(row.Data.Item1, row.Data.Item2, 1400, 1392);
                data.Add(row.Data.Item1, row.Data.Item2, 1500, 1500);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Packets_grow_to_what_the_path_takes(PartnerSet set, Role role, int mtu, int expected)
    {
        var narrow = new UdpImpairment { MtuBytes = mtu };
        var options = new UdpForwarderOptions { ToTarget = narrow, FromTarget = narrow };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, role, spoiled: options);
        using var ours = await link.StartAsync();
        if (role == Role.WeDial)
            await SendAsync(ours, link.Theirs);
        await link.Theirs.WriteAsync(Bytes, seed: 2);
        Assert.Equal(Pattern.HashOf(2, Bytes), (await ours.WaitAsync(Bytes)).Sha256);
        if (role == Role.TheyDial)
            await SendAsync(ours, link.Theirs);

        Assert.Equal(expected, (await loop.RunAsync(() => link.Ours.Statistics)).Mtu);
        var path = link.Path!;
        Assert.True(mtu == 1500 || (path.ToTarget.Oversized > 0 && path.FromTarget.Oversized > 0), path.ToString());
    }

    private static async Task SendAsync(OurByteStream ours, JsStream theirs)
    {
        await ours.WriteAsync(Bytes, seed: 1);
        Assert.Equal(Pattern.HashOf(1, Bytes), (await theirs.WaitAsync(Bytes)).Sha256);
    }
}
