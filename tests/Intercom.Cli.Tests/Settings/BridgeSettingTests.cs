using Intercom.Bridge;
using Intercom.Cli.Settings;

namespace Intercom.Cli.Tests.Settings;

/// <summary>The settings of the bridge that are ours alone.</summary>
public sealed class BridgeSettingTests
{
    private static readonly string _key = new('a', 64);

    [Fact]
    public void Read_nothing_given_keeps_the_defaults()
    {
        var read = Read();
        var defaults = new BridgeOptions { Token = "" };
        Assert.Equal(
            (defaults.PingInterval, defaults.PingTimeout, defaults.IdleTimeout, defaults.MaxClients),
            (read.PingInterval, read.PingTimeout, read.IdleTimeout, read.MaxClients)
        );
        Assert.Equal((false, null), (read.AllowRemote, read.Certificate));
        Assert.Empty(read.AllowedOrigins);
        Assert.Empty(read.TrustedKeys);
    }

    [Fact]
    public void Read_each_setting_takes_effect()
    {
        var read = Read(
            (SettingCatalog.BridgePing, "5"),
            (SettingCatalog.BridgePingTimeout, "7"),
            (SettingCatalog.BridgeIdleTimeout, "600"),
            (SettingCatalog.BridgeMaxClients, "9"),
            (SettingCatalog.BridgeAllowRemote, "1"),
            (SettingCatalog.BridgeOrigins, "https://a.example, https://b.example"),
            (SettingCatalog.BridgeTrustedKeys, _key)
        );
        Assert.Equal(TimeSpan.FromSeconds(5), read.PingInterval);
        Assert.Equal(TimeSpan.FromSeconds(7), read.PingTimeout);
        Assert.Equal(TimeSpan.FromMinutes(10), read.IdleTimeout);
        Assert.Equal(9, read.MaxClients);
        Assert.True(read.AllowRemote);
        Assert.Equal(["https://a.example", "https://b.example"], read.AllowedOrigins);
        Assert.Equal([_key], read.TrustedKeys);
    }

    [Fact]
    public void Read_zero_seconds_is_never_and_huge_ones_are_bounded()
    {
        var read = Read(
            (SettingCatalog.BridgePing, "0"),
            (SettingCatalog.BridgePingTimeout, "0"),
            (SettingCatalog.BridgeIdleTimeout, "2147483647")
        );
        Assert.Equal(Timeout.InfiniteTimeSpan, read.PingInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, read.PingTimeout);
        Assert.Equal(TimeSpan.FromDays(30), read.IdleTimeout);
    }

    [Fact]
    public void Read_key_without_a_certificate_or_a_missing_file_is_refused()
    {
        var alone = Assert.Throws<CommandException>(() => Read((SettingCatalog.BridgeTlsKey, "key.pem")));
        Assert.Contains("--sc-bridge-tls-cert", alone.Message);
        var missing = Assert.Throws<CommandException>(() =>
            Read((SettingCatalog.BridgeTlsCertificate, "/no/such/cert.pem"))
        );
        Assert.Equal(ExitCode.Usage, missing.ExitCode);
        Assert.Contains("'/no/such/cert.pem' cannot be used", missing.Message);
        Assert.DoesNotContain("..", missing.Message);
    }

    private static BridgeOptions Read(params (SettingDefinition Setting, string Text)[] given)
    {
        var values = new SettingValues();
        foreach (var (setting, text) in given)
            values.Add(setting, text, setting.Option);
        Assert.Empty(values.Errors);
        return BridgeOptionsReader.Read(values);
    }
}
