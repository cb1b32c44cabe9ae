using Intercom.Cli.Settings;

namespace Intercom.Cli.Tests.Settings;

public sealed class ConfigFileTests : IDisposable
{
    private const string Key = "66be7e332c7a453332bd9d0a7f7db055f5c5ef1a06ada66d98b39fb6810c473a";

    private readonly string _folder = Directory.CreateTempSubdirectory("intercom-config-").FullName;

    private string FilePath => Path.Combine(_folder, "intercom.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"sidechannels":["a","b c"]}""", "sidechannels", "a,b c")]
    [InlineData("""{"sidechannel":"a,b"}""", "sidechannels", "a,b")]
    [InlineData("""{"sidechannel-pow":false}""", "sidechannel-pow", "0")]
    [InlineData("""{"sidechannel-pow":"off"}""", "sidechannel-pow", "off")]
    [InlineData("""{"sidechannel-pow-difficulty":8}""", "sidechannel-pow-difficulty", "8")]
    [InlineData("""{"sc-bridge-port":49300}""", "sc-bridge-port", "49300")]
    [InlineData("{\"sidechannel-owner\":{\"a\":\"" + Key + "\"}}", "sidechannel-owner", $"a:{Key}")]
    [InlineData("""{"sidechannel-welcome":{"a":{"x":[1,2]}}}""", "sidechannel-welcome", """a:{"x":[1,2]}""")]
    public void Read_value_becomes_the_text_of_the_flag(string file, string flag, string text)
    {
        var values = Read(file);

        Assert.Empty(values.Errors);
        var setting = SettingCatalog.All.Single(setting => setting.Flag == flag);
        Assert.Equal(text, values.Text(setting));
        Assert.Equal(SettingSource.File, values.SourceOf(setting).Source);
    }

    [Theory]
    [InlineData("", "is not a JSON object")]
    [InlineData("[1]", "is not a JSON object")]
    [InlineData("""{"sidechannel-pwo":1}""", "unknown setting 'sidechannel-pwo'. Did you mean 'sidechannel-pow'?")]
    [InlineData("""{"sidechannel-pow":2}""", "sidechannel-pow: 2 is not allowed here; allowed is 1, true, yes")]
    [InlineData("""{"sidechannel-pow-difficulty":1.5}""", "sidechannel-pow-difficulty: '1.5' is not allowed here")]
    [InlineData("""{"sidechannels":["a,b"]}""", "is not allowed here")]
    [InlineData("""{"sidechannels":[1]}""", "is not allowed here")]
    [InlineData("""{"sidechannel-welcome":{"a:b":"x"}}""", "is not allowed here")]
    [InlineData("""{"peer-store-name":"x"}""", "cannot stand in the store's own file")]
    public void Read_fault_is_said_with_the_file_and_the_member(string file, string said)
    {
        var error = Assert.Single(Read(file).Errors);

        Assert.StartsWith(FilePath, error, StringComparison.Ordinal);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_flag_and_variable_stand_before_the_file()
    {
        var values = new SettingValues();
        values.Add(SettingCatalog.Pow, "1", "--sidechannel-pow");
        values.Add(SettingCatalog.Quiet, "1", "SIDECHANNEL_QUIET", SettingSource.Environment);

        Read("""{"sidechannel-pow":0,"sidechannel-quiet":"nonsense","sidechannel-debug":true,"timer":null}""", values);

        Assert.Empty(values.Errors);
        Assert.True(values.Switch(SettingCatalog.Pow, fallback: false));
        Assert.Equal((SettingSource.Environment, "SIDECHANNEL_QUIET"), values.SourceOf(SettingCatalog.Quiet));
        Assert.Equal((SettingSource.File, $"{FilePath}: sidechannel-debug"), values.SourceOf(SettingCatalog.Debug));
    }

    [Fact]
    public void Read_token_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such permissions.");
            return;
        }
        File.WriteAllText(FilePath, """{"sc-bridge-token":"secret"}""");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var values = new SettingValues();
        ConfigFile.Read(FilePath, values, isOfStore: true);
        Assert.Contains("chmod 600", Assert.Single(values.Errors));

        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead);
        values = new SettingValues();
        ConfigFile.Read(FilePath, values, isOfStore: true);
        Assert.Empty(values.Errors);
    }

    [Fact]
    public void Read_file_that_is_missing_or_a_folder_is_said()
    {
        foreach (var path in (string[])[Path.Combine(_folder, "none"), _folder])
        {
            var values = new SettingValues();
            ConfigFile.Read(path, values, isOfStore: false);
            Assert.Contains("cannot be read", Assert.Single(values.Errors));
        }
    }

    private SettingValues Read(string file, SettingValues? values = null)
    {
        File.WriteAllText(FilePath, file);
        values ??= new SettingValues();
        ConfigFile.Read(FilePath, values, isOfStore: true);
        return values;
    }
}
