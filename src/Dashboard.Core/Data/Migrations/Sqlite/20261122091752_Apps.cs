using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Apps : Migration
    {
        const string Before = "\"Shelf\" = CASE WHEN \"State\" = 'revoked' THEN 2 ELSE 0 END + CASE WHEN \"Environment\" = 'test' THEN 1 ELSE 0 END";

        const string After = Before + " + CASE WHEN \"OwnerType\" = 'app' THEN 4 ELSE 0 END";

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            ChangeShelf(migrationBuilder, Before, After);

            migrationBuilder.CreateTable(
                name: "Apps",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ProjectId = table.Column<long>(type: "INTEGER", nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    ResourceKind = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ResourceId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    PublishedBy = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    PublishedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    UnpublishedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Apps", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Apps_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Apps_ProjectId_PublishedAt_Id",
                table: "Apps",
                columns: new[] { "ProjectId", "PublishedAt", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Apps");

            ChangeShelf(migrationBuilder, After, Before);
        }

        /// <summary>SQLite itself changes a constraint only by copying the table, which no transaction can hold together: a start that is killed meanwhile would leave
        /// half a migration. So the constraint's text is changed where it is stored, as section 7 of https://www.sqlite.org/lang_altertable.html says. Every row that
        /// there is fits both.</summary>
        static void ChangeShelf(MigrationBuilder migrationBuilder, string from, string to)
        {
            migrationBuilder.Sql("PRAGMA writable_schema = ON");
            migrationBuilder.Sql($"UPDATE sqlite_master SET sql = replace(sql, '{from.Replace("'", "''")}', '{to.Replace("'", "''")}') WHERE type = 'table' AND name = 'ApiKeys'");
            migrationBuilder.Sql("PRAGMA writable_schema = RESET");
        }
    }
}
