using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class KeyPage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Note",
                table: "ApiKeys",
                type: "TEXT",
                maxLength: 1000,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "KeyDays",
                columns: table => new
                {
                    KeyId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    Day = table.Column<long>(type: "INTEGER", nullable: false),
                    Outcome = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ProjectId = table.Column<long>(type: "INTEGER", nullable: false),
                    Count = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_KeyDays", x => new { x.KeyId, x.Day, x.Outcome });
                });

            // 86400000 milliseconds are a day. From here on each batch of usage adds to both tables.
            migrationBuilder.Sql(
                """
                INSERT INTO "KeyDays" ("KeyId", "Day", "Outcome", "ProjectId", "Count")
                SELECT "KeyId", "Hour" - "Hour" % 86400000, "Outcome", MAX("ProjectId"), SUM("Count")
                FROM "KeyHours"
                GROUP BY "KeyId", "Hour" - "Hour" % 86400000, "Outcome"
                """);

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ChainId_TargetId_Sequence",
                table: "AuditEntries",
                columns: new[] { "ChainId", "TargetId", "Sequence" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "KeyDays");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ChainId_TargetId_Sequence",
                table: "AuditEntries");

            migrationBuilder.DropColumn(
                name: "Note",
                table: "ApiKeys");
        }
    }
}
