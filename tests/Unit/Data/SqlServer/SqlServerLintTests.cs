using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Data.SqlServer;

public sealed class SqlServerLintTests
{
    [Fact]
    public void Model_asks_for_nothing_that_sql_server_refuses()
    {
        using var context = new SqlServerDesignTime().CreateDbContext([]);
        Assert.Empty(SqlServerLint.Check(context));
    }

    [Fact]
    public void Lint_finds_what_it_looks_for()
    {
        using var context = new Faulty(new DbContextOptionsBuilder<Faulty>().UseSqlServer("Server=nowhere").Options);
        var found = SqlServerLint.Check(context).ToList();
        Assert.Contains("1785: 2 cascading ways from Owner to Part", found);
        Assert.Contains("1785: 1 cascading ways from Shelf to Shelf", found);
        Assert.Contains("1946: PK_Owner may take 1000 bytes of 900", found);
        Assert.Contains("1946: IX_Box_Long may take 2000 bytes of 1700", found);
        Assert.Contains("1919: IX_Part_Endless has Endless, which has no end", found);
        Assert.Contains(found, fault => fault.StartsWith("1757: FK_Box_Owner_OwnerId compares nvarchar(500)", StringComparison.Ordinal));
    }

    sealed class Owner
    {
        public string Id { get; init; } = "";
    }

    sealed class Box
    {
        public int Id { get; init; }

        public string Long { get; init; } = "";

        public required Owner Owner { get; init; }
    }

    sealed class Part
    {
        public int Id { get; init; }

        public string Endless { get; init; } = "";

        public required Box Box { get; init; }

        public required Owner Owner { get; init; }
    }

    sealed class Shelf
    {
        public int Id { get; init; }

        public Shelf? Above { get; init; }
    }

    sealed class Faulty(DbContextOptions<Faulty> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Owner>().Property(x => x.Id).HasMaxLength(500).UseCollation("Latin1_General_100_BIN2");
            modelBuilder.Entity<Box>(box =>
            {
                box.Property(x => x.Long).HasMaxLength(1000);
                box.HasIndex(x => x.Long);
                box.HasOne(x => x.Owner).WithMany().OnDelete(DeleteBehavior.Cascade);
            });
            modelBuilder.Entity<Part>(part =>
            {
                part.Property(x => x.Endless).HasColumnType("nvarchar(max)");
                part.HasIndex(x => x.Endless);
                part.HasOne(x => x.Box).WithMany().OnDelete(DeleteBehavior.Cascade);
                part.HasOne(x => x.Owner).WithMany().OnDelete(DeleteBehavior.Cascade);
            });
            modelBuilder.Entity<Shelf>().HasOne(x => x.Above).WithMany().OnDelete(DeleteBehavior.Cascade);
        }
    }
}
