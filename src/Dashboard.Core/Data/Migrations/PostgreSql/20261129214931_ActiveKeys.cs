using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.PostgreSql
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
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "AdminAllowedIps",
                table: "ApiKeys",
                type: "character varying(2199)",
                unicode: false,
                maxLength: 2199,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<int>(
                name: "AdminRequestsPerMinute",
                table: "ApiKeys",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "Counted",
                table: "ApiKeys",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "DisabledByAdmin",
                table: "ApiKeys",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            // Keys that have expired count until their places are needed.
            migrationBuilder.Sql("UPDATE \"ApiKeys\" SET \"Counted\" = TRUE WHERE \"Shelf\" IN (0, 1)");
            migrationBuilder.Sql("UPDATE \"Projects\" SET \"ActiveKeys\" = (SELECT COUNT(*) FROM \"ApiKeys\" WHERE \"ApiKeys\".\"ProjectId\" = \"Projects\".\"Id\" AND \"ApiKeys\".\"Counted\" = TRUE)");

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
