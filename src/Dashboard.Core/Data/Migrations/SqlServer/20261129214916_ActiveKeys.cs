using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class ActiveKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "ActiveKeys",
                table: "Projects",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "AdminAllowedIps",
                table: "ApiKeys",
                type: "varchar(2199)",
                unicode: false,
                maxLength: 2199,
                nullable: true,
                collation: "Latin1_General_100_BIN2_UTF8");

            migrationBuilder.AddColumn<int>(
                name: "AdminRequestsPerMinute",
                table: "ApiKeys",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "Counted",
                table: "ApiKeys",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "DisabledByAdmin",
                table: "ApiKeys",
                type: "bit",
                nullable: false,
                defaultValue: false);

            // Keys that have expired count until their places are needed.
            migrationBuilder.Sql("EXEC(N'UPDATE \"ApiKeys\" SET \"Counted\" = 1 WHERE \"Shelf\" IN (0, 1)')");
            migrationBuilder.Sql("EXEC(N'UPDATE \"Projects\" SET \"ActiveKeys\" = (SELECT COUNT(*) FROM \"ApiKeys\" WHERE \"ApiKeys\".\"ProjectId\" = \"Projects\".\"Id\" AND \"ApiKeys\".\"Counted\" = 1)')");

            migrationBuilder.CreateIndex(
                name: "IX_ApiKeys_ProjectId_Counted_ExpiryOrder",
                table: "ApiKeys",
                columns: new[] { "ProjectId", "Counted", "ExpiryOrder" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_ApiKeys_ProjectId_Counted_ExpiryOrder",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "ActiveKeys",
                table: "Projects");

            migrationBuilder.DropColumn(
                name: "AdminAllowedIps",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "AdminRequestsPerMinute",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "Counted",
                table: "ApiKeys");

            migrationBuilder.DropColumn(
                name: "DisabledByAdmin",
                table: "ApiKeys");
        }
    }
}
