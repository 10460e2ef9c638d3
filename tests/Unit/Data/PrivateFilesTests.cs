using Dashboard.Core.Data;
using Xunit;

namespace Dashboard.Tests.Unit.Data;

public sealed class PrivateFilesTests : IDisposable
{
    const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode Everybodys = Mine | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Folders_that_are_created_are_for_their_owner_alone_and_one_that_was_there_keeps_its_mode()
    {
        var there = Path.Combine(folder.FullName, "there");
        Directory.CreateDirectory(there, Everybodys);
        File.SetUnixFileMode(there, Everybodys); // whatever mask this process has
        PrivateFiles.CreateFolder(Path.Combine(there, "one", "two"));
        Assert.Equal(Everybodys, File.GetUnixFileMode(there));
        Assert.Equal(Mine | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(there, "one")));
        Assert.Equal(Mine | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(there, "one", "two")));
        PrivateFiles.CreateFolder(there);
        Assert.Equal(Everybodys, File.GetUnixFileMode(there));
    }

    [Fact]
    public void File_that_is_created_is_for_its_owner_alone_and_one_that_was_there_stays_as_it_is()
    {
        var (made, there) = (Path.Combine(folder.FullName, "made"), Path.Combine(folder.FullName, "there"));
        File.WriteAllText(there, "text");
        File.SetUnixFileMode(there, Everybodys);
        PrivateFiles.Create(made);
        PrivateFiles.Create(there);
        Assert.Equal((Mine, Everybodys, "text"), (File.GetUnixFileMode(made), File.GetUnixFileMode(there), File.ReadAllText(there)));
        Assert.Equal((false, true), (PrivateFiles.IsReadableByOthers(made), PrivateFiles.IsReadableByOthers(there)));
    }

    [Theory]
    [InlineData(UnixFileMode.None, false)]
    [InlineData(UnixFileMode.GroupWrite | UnixFileMode.OtherExecute, false)]
    [InlineData(UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.OtherRead, true)]
    public void Others_read_what_the_mode_lets_their_group_or_everybody_read(UnixFileMode more, bool readable)
    {
        var file = Path.Combine(folder.FullName, "file");
        PrivateFiles.Create(file);
        File.SetUnixFileMode(file, Mine | more);
        Assert.Equal(readable, PrivateFiles.IsReadableByOthers(file));
    }

    [Fact]
    public void File_that_is_open_alone_is_opened_by_no_other()
    {
        var file = Path.Combine(folder.FullName, "file");
        using (PrivateFiles.OpenExclusively(file))
        {
            Assert.Throws<IOException>(() => PrivateFiles.OpenExclusively(file));
        }

        PrivateFiles.OpenExclusively(file).Dispose();
    }
}
